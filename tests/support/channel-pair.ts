/** Two ends of a data channel, in memory: what one sends the other hears a moment later, in order. */
import type { PipeChannel } from '#web/sync/direct/pipe.ts'

export type FakeEnd = PipeChannel & Readonly<{ sent: Uint8Array[] }>

class End {
  readyState: RTCDataChannelState = 'open'
  bufferedAmount = 0
  bufferedAmountLowThreshold = 0
  binaryType: BinaryType = 'blob'
  onopen: PipeChannel['onopen'] = null
  onmessage: PipeChannel['onmessage'] = null
  onclose: PipeChannel['onclose'] = null
  onbufferedamountlow: PipeChannel['onbufferedamountlow'] = null
  readonly sent: Uint8Array[] = []
  other: End | null = null

  send(data: Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError')
    this.sent.push(data)
    const copy = new Uint8Array(data)
    this.bufferedAmount += copy.length
    setImmediate(() => {
      this.bufferedAmount -= copy.length
      this.other?.hear(copy.buffer)
      if (this.bufferedAmount <= this.bufferedAmountLowThreshold) this.#call(this.onbufferedamountlow)
    })
  }

  hear(data: unknown): void {
    if (this.readyState === 'open')
      (this.onmessage as ((event: { data: unknown }) => void) | null)?.({ data })
  }

  close(): void {
    if (this.readyState === 'closed') return
    this.readyState = 'closed'
    setImmediate(() => {
      this.other?.close()
    })
    this.#call(this.onclose)
  }

  #call(handler: unknown): void {
    ;(handler as (() => void) | null)?.()
  }
}

export function channelPair(): readonly [FakeEnd, FakeEnd] {
  const [a, b] = [new End(), new End()]
  a.other = b
  b.other = a
  return [a, b] as unknown as readonly [FakeEnd, FakeEnd]
}
