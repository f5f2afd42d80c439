/** Whether any page of Stoa in this browser is looked at: each holds a lock as long as it is. */
const lockName = 'stoa/seen'

/** Once, for as long as the page lives. */
export function sayWhenSeen(): void {
  if (!('locks' in navigator)) return
  let letGo: (() => void) | null = null
  const look = (): void => {
    const isSeen = document.visibilityState === 'visible'
    if (isSeen === (letGo !== null)) return
    letGo?.()
    letGo = isSeen ? holdLock() : null
  }
  document.addEventListener('visibilitychange', look)
  look()
}

function holdLock(): () => void {
  const end = Promise.withResolvers<null>()
  navigator.locks.request(lockName, { mode: 'shared' }, () => end.promise).catch(() => undefined)
  return () => {
    end.resolve(null)
  }
}

export async function isAnyPageSeen(): Promise<boolean> {
  if (document.visibilityState === 'visible') return true
  const { held = [] } = await navigator.locks.query()
  return held.some(({ name }) => name === lockName)
}
