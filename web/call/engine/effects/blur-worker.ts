/**
 * Blurs the backdrop of a camera's frames, one after the other, away from the page.
 *
 * Whoever brings frames drops those that come while one is painted, so a slow machine shows fewer, and none late.
 */
import { BlurredPicture } from './blurred-picture.ts'
import type { FromBlur, ToBlur } from './blur.ts'

onmessage = ({ data }: MessageEvent<ToBlur>): void => {
  blur(data).catch(() => {
    say('failed')
  })
}

async function blur({ model, frames, made }: ToBlur): Promise<void> {
  const picture = new BlurredPicture(model)
  const reader = frames.getReader()
  const writer = made.getWriter()
  let isFirst = true
  for (;;) {
    const { value: frame } = await reader.read()
    // The camera has ended.
    if (frame === undefined) return
    const canvas = picture.paint(frame, () => performance.now())
    const { timestamp } = frame
    frame.close()
    await writer.write(new VideoFrame(canvas, { timestamp }))
    if (isFirst) say('begun')
    isFirst = false
  }
}

function say(message: FromBlur): void {
  postMessage(message)
}
