/** Pictures on a board in a real page: dropped there, and looked at as they are painted. */
import type { Page } from 'playwright-core'
import type { RoomPage } from './room-page.ts'
import { until } from './until.ts'

/** A picture that a page paints itself. */
export type Dropped = Readonly<{ name: string; colour: string; width: number; height: number }>

/** Drops PNGs of one colour on a page’s board, at parts of it; what has no colour is no picture. */
export async function drop(
  room: RoomPage,
  at: readonly [x: number, y: number],
  ...files: readonly Dropped[]
): Promise<void> {
  // Until the board is read nobody may draw on it, or put something there.
  await room.page.locator('input[type="file"][accept*=".excalidraw"]').first().waitFor({ state: 'attached' })
  await room.board.evaluate(
    async (board, [at, files]) => {
      const data = new DataTransfer()
      for (const { name, colour, width, height } of files) {
        const canvas = new OffscreenCanvas(width, height)
        const context = canvas.getContext('2d')
        if (context === null) throw new Error('no canvas')
        context.fillStyle = colour
        context.fillRect(0, 0, width, height)
        const blob = colour === '' ? new Blob(['words']) : await canvas.convertToBlob()
        data.items.add(new File([blob], name, { type: colour === '' ? 'text/plain' : 'image/png' }))
      }
      const { left, top, width, height } = board.getBoundingClientRect()
      const [clientX, clientY] = [left + at[0] * width, top + at[1] * height]
      const target = board.querySelector('[role="application"]') ?? board
      target.dispatchEvent(
        new DragEvent('drop', { dataTransfer: data, clientX, clientY, bubbles: true, cancelable: true }),
      )
    },
    [at, files] as const,
  )
}

export const red: Dropped = { name: 'red.png', colour: '#ff0000', width: 200, height: 120 }

/** The colour that is painted in a place of the board's picture, as `r,g,b,a`. */
export function colourAt(page: Page, [x, y]: readonly [x: number, y: number]): Promise<string> {
  return page.evaluate(
    ([x, y]) => {
      const canvas = document.querySelector<HTMLCanvasElement>('[data-shape-count] canvas')
      const context = canvas?.getContext('2d')
      if (canvas == null || context == null) return ''
      return context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data.join()
    },
    [x, y] as const,
  )
}

/** That colour is to be seen there. */
export async function isPainted(
  page: Page,
  at: readonly [x: number, y: number],
  colour = '255,0,0,255',
): Promise<void> {
  await until(
    async () => (await colourAt(page, at)) === colour || undefined,
    `${colour} on the board`,
    15_000,
  )
}
