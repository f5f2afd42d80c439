/**
 * What the board's engine needs of the world around it, as arguments: time, chance, frames. Tests bring their own.
 */
import type { Undo } from '../../sync/ports.ts'

export type World = Readonly<{
  /** Milliseconds that only grow; their start means nothing. */
  nowMs(): number
  /** In [0, 1). */
  random(): number
  /** Runs once, later. */
  after(delayMs: number, run: () => void): Undo
  /** Runs once, before the next frame is shown. */
  onFrame(run: () => void): Undo
}>

/** The browser's. */
export const browserWorld: World = {
  nowMs: () => performance.now(),
  random: () => Math.random(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => {
      clearTimeout(timer)
    }
  },
  onFrame(run) {
    const request = requestAnimationFrame(run)
    return () => {
      cancelAnimationFrame(request)
    }
  },
}
