/** Sheets that are saved as a PDF. Fetched when that is wanted first. */
import type { Figure } from '#shared/board/figure.ts'
import type { SheetId } from '#shared/ids.ts'
import type { RoomSession } from '../../sync/room-session.ts'
import type { Editor } from '../engine/editor.ts'
import { readTheme } from '../engine/render/theme.ts'
import { picturesOf, type LoadPicture } from './export-pictures.ts'
import { writePictures } from './pdf/browser-pictures.ts'
import { browserPdfWorld } from './pdf/browser-world.ts'
import { toPdf, type PrintedSheet } from './pdf/to-pdf.ts'
import { readSheet } from './read-sheet.ts'

export type NamedSheet = Readonly<{ id: SheetId; name: string }>

export type PrintWish = Readonly<{
  title: string
  hasBackground: boolean
  /** These, rather than what is chosen or the sheet that is shown. */
  sheets: readonly NamedSheet[] | null
}>

type Board = Readonly<{
  editor: Editor
  session: RoomSession
  /** Of the sheet that is shown. */
  sheetId: SheetId
  host: HTMLElement
  load: LoadPicture
}>

type Print = Readonly<{
  blob: Blob
  /** Pictures that cannot be had now. */
  missingCount: number
  /** Shapes outside all frames, which are on no page. */
  leftOutCount: number
  /** Sheets for which the server could not be asked. */
  unheardCount: number
}>

type Wanted = readonly PrintedSheet[] | Readonly<{ chosen: readonly Figure[] }>

/** Nobody waits longer for sheets that do not come. */
const timeoutMs = 20_000

/** Why there is none: a font could not be fetched, the browser cannot paint, there is nothing to be painted. */
type PrintFault = 'not-loaded' | 'not-painted' | 'nothing'

/** May reject where there is too much for this device. */
export async function printBoard(board: Board, wish: PrintWish): Promise<Print | PrintFault> {
  const { selection, doc } = board.editor
  // As they are now: who waits for others may draw on.
  const shown = [...doc.pile()]
  if (wish.sheets !== null) {
    const { sheets, unheardCount } = await readSheets(wish.sheets, board, shown)
    return print(sheets, unheardCount, board, wish)
  }
  const isPart = selection.ids.size > 0
  return print(isPart ? { chosen: selection.shapes } : [{ name: wish.title, figures: shown }], 0, board, wish)
}

async function readSheets(
  wanted: readonly NamedSheet[],
  { editor, session, sheetId }: Board,
  shown: readonly Figure[],
): Promise<Readonly<{ sheets: readonly PrintedSheet[]; unheardCount: number }>> {
  const source = {
    openSheet: (id: SheetId) => session.openBoard(id),
    letters: editor.letters,
    canAsk: () => ['connecting', 'live'].includes(session.connection().kind),
    onCanAsk: (listener: () => void) => session.onChange(listener),
    signal: AbortSignal.timeout(timeoutMs),
  }
  const sheets: PrintedSheet[] = []
  let unheardCount = 0
  // One after the other: a socket has only so many documents.
  for (const { id, name } of wanted) {
    const read = id === sheetId ? { figures: shown, isWhole: true } : await readSheet(id, source)
    sheets.push({ name, figures: read.figures })
    if (!read.isWhole) unheardCount++
  }
  return { sheets, unheardCount }
}

async function print(
  wanted: Wanted,
  unheardCount: number,
  { editor, host, load }: Board,
  { title, hasBackground }: PrintWish,
): ReturnType<typeof printBoard> {
  const { letters } = editor
  const figures = 'chosen' in wanted ? wanted.chosen : wanted.flatMap((sheet) => sheet.figures)
  const texts = figures.flatMap(({ kind, text }) => (kind === 'image' || text === '' ? [] : [text]))
  const theme = readTheme(host)
  const world = await browserPdfWorld(texts, letters, theme.font)
  if (typeof world === 'string') return world
  let missingCount = 0
  const printed = await toPdf(wanted, {
    ...{ title, hasBackground, world, looks: { theme, letters } },
    writePictures: async (file, onPages) => {
      const pictures = await picturesOf(onPages, load, false)
      missingCount = pictures.missingCount
      return writePictures(file, onPages, pictures)
    },
  })
  if (printed === null) return 'nothing'
  const { bytes, leftOutCount } = printed
  const blob = new Blob([bytes], { type: 'application/pdf' })
  return { blob, missingCount, leftOutCount, unheardCount }
}
