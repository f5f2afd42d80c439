/**
 * Preloaded into a server: how long its event loop stood still at worst since the first client came, for SIGUSR2; and
 * how long it worked at worst, which is less where others have the processor.
 */
import { subscribe } from 'node:diagnostics_channel'
import { performance } from 'node:perf_hooks'

const tickMs = 10
const worst = { gapMs: 0, busyMs: 0 }

const busyMsNow = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function watch(): void {
  let [tickedAtMs, busyMs] = [performance.now(), busyMsNow()]
  setInterval(() => {
    const [nowMs, busyNowMs] = [performance.now(), busyMsNow()]
    worst.gapMs = Math.max(worst.gapMs, nowMs - tickedAtMs - tickMs)
    worst.busyMs = Math.max(worst.busyMs, busyNowMs - busyMs)
    ;[tickedAtMs, busyMs] = [nowMs, busyNowMs]
  }, tickMs).unref()
}

let isWatching = false
subscribe('net.server.socket', () => {
  if (!isWatching) watch()
  isWatching = true
})
process.on('SIGUSR2', () => {
  console.log(`longest gap ${JSON.stringify(worst)}`)
})
