/**
 * The slots in this peer's presence: gathered from the links, and written rarely.
 *
 * A description and its candidates arrive within milliseconds of each other and travel in one write; after it the next
 * one waits, so that presence stays far under its rate. Rule CA1: only the newest slots matter, so nothing is queued.
 */
import { presenceSignallingSizeMax } from '#shared/limits.ts'
import { slotSize, type SignalSlot } from '#shared/call/signal.ts'
import type { Clock, Undo } from './world.ts'

/** Host candidates are found within this time of a description. */
const gatherMs = 20
/** At most ten writes a second, a third of what the server lets pass. */
const intervalMs = 100
/** Room for the rest of presence beside the slots. */
const slotsSizeMax = presenceSignallingSizeMax - 4 * 1024

type SlotRecord = Readonly<Record<string, SignalSlot>>

/** As many slots as fit, in order: links that are connected make room for the rest. */
export function packSlots(
  slots: Iterable<readonly [clientId: number, slot: SignalSlot]>,
): SlotRecord | undefined {
  const packed: Record<string, SignalSlot> = {}
  let size = 0
  for (const [clientId, slot] of slots) {
    const slotSizeWithKey = slotSize(slot) + 24
    if (size + slotSizeWithKey > slotsSizeMax) continue
    size += slotSizeWithKey
    packed[String(clientId)] = slot
  }
  return size === 0 ? undefined : packed
}

export class SignalWriter {
  readonly #clock: Clock
  readonly #collect: () => Iterable<readonly [number, SignalSlot]>
  readonly #write: (slots: SlotRecord | undefined) => void
  #cancel: Undo | null = null
  #writtenAtMs = -Infinity
  #written = ''

  constructor(
    clock: Clock,
    collect: () => Iterable<readonly [number, SignalSlot]>,
    write: (slots: SlotRecord | undefined) => void,
  ) {
    this.#clock = clock
    this.#collect = collect
    this.#write = write
  }

  /** Some slot may have changed. */
  changed(): void {
    if (this.#cancel !== null) return
    const waitMs = Math.max(gatherMs, this.#writtenAtMs + intervalMs - this.#clock.nowMs())
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = null
      this.#flush()
    })
  }

  #flush(): void {
    const slots = packSlots(this.#collect())
    const text = slots === undefined ? '' : JSON.stringify(slots)
    if (text === this.#written) return
    this.#written = text
    this.#writtenAtMs = this.#clock.nowMs()
    this.#write(slots)
  }

  [Symbol.dispose](): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
