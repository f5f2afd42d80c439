/** What a reload would interrupt: the news of a new version waits until nothing of it is going on. */
import { shallowReactive } from 'vue'
import type { Undo } from '../sync/ports.ts'

const reasons = shallowReactive(new Set<() => boolean>())

/** While `isGoingOn`, which is reactive, nobody is asked to reload. */
export function stayWhile(isGoingOn: () => boolean): Undo {
  reasons.add(isGoingOn)
  return () => {
    reasons.delete(isGoingOn)
  }
}

/** Reactive. */
export function mustStay(): boolean {
  return [...reasons].some((isGoingOn) => isGoingOn())
}
