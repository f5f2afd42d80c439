/** What a session's person has changed in its chat and the server does not have: also where no page shows it. */
import type { RoomSession } from '../sync/room-session.ts'
import type { ChatLog } from './engine/chat-log.ts'
import { OwnChanges } from './engine/own-changes.ts'

export function openOwnChanges(log: ChatLog, session: RoomSession): OwnChanges {
  return new OwnChanges({ log, seat: session.seat, kept: session.openOutbox() })
}
