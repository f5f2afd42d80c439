/** Fetches parts of the page after it, but before anybody asks for them: the network may be away by then. */
import { onMounted } from 'vue'

export function fetchAhead(...loads: readonly (() => Promise<unknown>)[]): void {
  onMounted(() => {
    // What fails now is tried again when it is wanted.
    for (const load of loads) load().catch(() => undefined)
  })
}
