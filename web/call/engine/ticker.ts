/** Runs something again and again, also while the page is hidden; less often where that would take half of its time. */
import { openWorker } from './worker-address.ts'
import address from './ticker-worker.ts?worker&url'
import type { Undo } from './world.ts'

export function tickEvery(everyMs: number, run: () => void): Undo {
  const worker = openWorker(address)
  let restUntilMs = -Infinity
  worker.onmessage = () => {
    const startedAtMs = performance.now()
    if (startedAtMs >= restUntilMs) {
      run()
      const nowMs = performance.now()
      restUntilMs = nowMs + (nowMs - startedAtMs)
    }
    worker.postMessage(null)
  }
  worker.postMessage(everyMs)
  return () => {
    worker.terminate()
  }
}
