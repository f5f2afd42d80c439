import type { Undo } from './ports.ts'

/**
 * Holds a Web Lock of this browser until that is undone; `run` is told once it is held, and what it gives is done when
 * that ends.
 *
 * Where a page is not secure there are no locks: then it is as if nobody else held any.
 */
export function hold(name: string, mode: LockMode, run: () => Undo): Undo {
  const ending = new AbortController()
  const { signal } = ending
  let end: Undo | undefined
  const held = async (): Promise<void> => {
    if (signal.aborted) return
    end = run()
    await new Promise((release) => {
      signal.addEventListener('abort', release)
    })
  }
  if (!isSecureContext) end = run()
  // Given up while it waits, it rejects.
  else navigator.locks.request(name, { mode, signal }, held).catch(() => undefined)
  return () => {
    ending.abort()
    end?.()
    end = undefined
  }
}
