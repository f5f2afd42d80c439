/** What a process, and the machine, have used so far, as Linux tells it; and what its disk takes. */
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of /proc/<pid>/stat: 100 a second on every Linux there is (proc(5)). */
const ticksPerSecond = 100

/** Milliseconds on a processor, of all its threads. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
  // After the name, which may have spaces: state is field 3, utime 14, stime 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond
}

/** Kilobytes in memory. */
export function memoryKbOf(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
}

/** Milliseconds on all processors together, of whoever ran there. */
export function machineBusyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)
}

/** Milliseconds until a few pages are on the disk that the servers write to: the median, and what one in a hundred exceeds. */
export function measureDisk(): Readonly<{ p50Ms: number; p99Ms: number }> {
  const file = join(tmpdir(), `stoa-bench-${String(process.pid)}`)
  const descriptor = openSync(file, 'w')
  const pages = Buffer.alloc(4 * 4_096)
  const tookMs = Array.from({ length: 200 }, () => {
    const beganAtMs = performance.now()
    writeSync(descriptor, pages)
    fdatasyncSync(descriptor)
    return performance.now() - beganAtMs
  }).sort((a, b) => a - b)
  closeSync(descriptor)
  rmSync(file)
  return { p50Ms: tookMs[100] ?? Number.NaN, p99Ms: tookMs[198] ?? Number.NaN }
}
