/** What is found in the chat of the room for the words typed: asked for when no key was pressed for a moment. */
import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { RoomId } from '#shared/ids.ts'
import { wordsOf } from '../api.ts'
import type { FoundMessage } from '../chat/find-messages.ts'

/** `messages` while asking are those of the words before. */
type Finding = Readonly<
  | { kind: 'idle' }
  | { kind: 'asking' | 'found'; messages: readonly FoundMessage[] }
  | { kind: 'failed'; words: string }
>

/** Nobody has finished a word sooner after a key. */
const pauseMs = 250
/** More are found by the search of the chat. */
const messagesMax = 6

const idle: Finding = { kind: 'idle' }

export function useFoundMessages(
  query: Readonly<Ref<string>>,
  roomId: Readonly<Ref<RoomId | null>>,
): Readonly<Ref<Finding>> {
  const finding = shallowRef(idle)
  let pause: ReturnType<typeof setTimeout> | undefined
  /** Answers to earlier questions come too late. */
  let asking = Symbol()

  async function ask(id: RoomId, words: string, turn: symbol): Promise<void> {
    let next: Finding
    try {
      // Its code is with the room's, and on home nobody waits for that.
      const { findMessages } = await import('../chat/find-messages.ts')
      next = { kind: 'found', messages: await findMessages(id, words, messagesMax) }
    } catch (error) {
      next = { kind: 'failed', words: wordsOf(error) }
    }
    if (asking === turn) finding.value = next
  }

  function stop(): void {
    clearTimeout(pause)
    asking = Symbol()
  }

  watch([query, roomId], ([words, id]) => {
    stop()
    if (words === '' || id === null) {
      finding.value = idle
      return
    }
    const before = finding.value
    finding.value = { kind: 'asking', messages: 'messages' in before ? before.messages : [] }
    pause = setTimeout(() => void ask(id, words, asking), pauseMs)
  })
  onScopeDispose(stop)

  return finding
}
