/**
 * How sockets end when the server does: one after another, so that not everybody comes back in the same moment.
 *
 * Until its turn has come a socket is served as ever.
 */
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'

/** From the first to the last, however many there are. */
const spreadMsMax = 2_000
/** From one to the next, if they are few. */
const pauseMsMax = 20

export async function endOneByOne(ends: readonly (() => void)[]): Promise<void> {
  const startedAtMs = performance.now()
  for (const [index, end] of ends.entries()) {
    const waitMs = startedAtMs + farewellAtMs(index, ends.length) - performance.now()
    if (waitMs > 0) await wait(waitMs)
    end()
  }
}

/** When the one at this index ends, in ms since the first. */
export function farewellAtMs(index: number, count: number): number {
  return Math.min(pauseMsMax, spreadMsMax / count) * index
}
