/** The chat log of a session as a real page has it: also where no page shows it, to deliver what waits. */
import type { RoomSession } from '../sync/room-session.ts'
import { ChatLog, type ChatWorld } from './engine/chat-log.ts'
import type { FilesPort } from './engine/delivery.ts'

/** `files`: no message goes before the server has its own. */
export function openChatLog(session: RoomSession, files: FilesPort): ChatLog {
  return new ChatLog({
    chain: {
      seat: session.seat,
      tail: () => session.chatTail(),
      onTail: (listener) => session.onChatTail(listener),
      openPage: (page) => session.openChat(page),
      slowMs: () => session.slowMs(),
    },
    outbox: session.openOutbox(),
    files,
    world: browserWorld,
  })
}

const browserWorld: ChatWorld = {
  nowMs: Date.now,
  elapsedMs: () => performance.now(),
  random: Math.random,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => {
      clearTimeout(timer)
    }
  },
}
