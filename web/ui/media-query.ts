/** A media query as a ref that follows it. */
import { onBeforeUnmount, shallowRef, type ShallowRef } from 'vue'

export function useMediaQuery(query: string): Readonly<ShallowRef<boolean>> {
  const list = matchMedia(query)
  const matches = shallowRef(list.matches)
  const follow = () => {
    matches.value = list.matches
  }
  list.addEventListener('change', follow)
  onBeforeUnmount(() => {
    list.removeEventListener('change', follow)
  })
  return matches
}
