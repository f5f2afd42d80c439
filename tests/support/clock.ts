/** A clock that tests move. It stands still otherwise. */
export type TestClock = (() => number) & { advance(ms: number): void }

/** Starts in the middle of 2026, whatever the machine says. */
export function testClock(startMs = Date.UTC(2026, 6, 1)): TestClock {
  let nowMs = startMs
  return Object.assign(() => nowMs, {
    advance(ms: number) {
      nowMs += ms
    },
  })
}
