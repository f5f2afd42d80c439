/** Bytes of the frames that a page and its server send each other, as the browser counts them. */
import type { Page } from 'playwright-core'

export type Bytes = Readonly<{ sent: number; received: number }>

export type SocketBytes = Readonly<{
  /** Since this was called last, or since it is counted. */
  take(): Bytes
}>

const binary = 2

export async function countSocketBytes(page: Page): Promise<SocketBytes> {
  const devtools = await page.context().newCDPSession(page)
  let [sent, received] = [0, 0]
  const sizeOf = ({ opcode, payloadData }: Readonly<{ opcode: number; payloadData: string }>): number =>
    Buffer.byteLength(payloadData, opcode === binary ? 'base64' : 'utf8')
  devtools.on('Network.webSocketFrameSent', ({ response }) => {
    sent += sizeOf(response)
  })
  devtools.on('Network.webSocketFrameReceived', ({ response }) => {
    received += sizeOf(response)
  })
  await devtools.send('Network.enable')
  return {
    take() {
      const taken = { sent, received }
      ;[sent, received] = [0, 0]
      return taken
    },
  }
}
