/** What this person has changed in the chat of this room and the server does not have yet. Fetched once a chat is open. */
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import type { WaitingChange } from './engine/change.ts'
import type { ChatLog } from './engine/chat-log.ts'
import type { OwnChanges } from './engine/own-changes.ts'
import { openOwnChanges } from './open-own-changes.ts'

export type { WaitingChange } from './engine/change.ts'

export const useChangesStore = defineStore('changes', () => {
  /** One by one. */
  const lines = shallowRef<readonly WaitingChange[]>([])
  /** The pages of which that is all. */
  const pages = shallowRef<ReadonlySet<number>>(new Set())
  let changes: OwnChanges | null = null

  /** Until this is undone. */
  function open(log: ChatLog, session: RoomSession): Undo {
    const made = openOwnChanges(log, session)
    changes = made
    const look = (): void => {
      lines.value = made.lines()
      pages.value = made.pages()
    }
    made.onChange(look)
    look()
    return () => {
      made[Symbol.dispose]()
      changes = null
      lines.value = []
      pages.value = new Set()
    }
  }

  return {
    lines,
    pages,
    open,
    /** Throws the code of errors.ts where it cannot be. */
    takeBack: (line: WaitingChange) => changes?.takeBack(line),
  }
})
