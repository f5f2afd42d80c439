/** The bar over the message that is pointed at, with its menu: fetched once the page stands. */
import { shallowRef, type Component } from 'vue'

/** Null until it is here. */
export const messageBar = shallowRef<Component | null>(null)

export async function loadMessageBar(): Promise<void> {
  messageBar.value ??= (await import('./MessageBar.vue')).default
}
