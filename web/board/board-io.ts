/** What the board's store does with files: takes them in, saves them, and looks after pictures that are to be brought. */
import type { Point } from '#shared/board/geometry.ts'
import type { FileHash } from '#shared/files/file.ts'
import type { SheetId } from '#shared/ids.ts'
import type { useFilesStore } from '../files/files-store.ts'
import type { RoomSession } from '../sync/room-session.ts'
import type { BoardPictures } from './engine/board-pictures.ts'
import type { Editor } from './engine/editor.ts'
import type { ExportFormat, ExportWish } from './io/export.ts'
import type { PrintWish } from './io/export-pdf.ts'
import type { Taken } from './io/files.ts'
import type { Library } from './io/library.ts'
import { pictureWorld, preparePicture } from './picture-world.ts'

type Files = typeof import('./io/files.ts')
type Printing = typeof import('./io/export-pdf.ts')
type Opened = Readonly<{
  editor: Editor
  pictures: BoardPictures
  session: RoomSession
  sheetId: SheetId
}>

type Parts = Readonly<{
  files: ReturnType<typeof useFilesStore>
  opened: () => Opened | null
  surface: () => HTMLElement | null
}>

/** Between two tries to fetch what keeps files. */
const retryMs = 5_000

export function boardIo({ files, opened, surface }: Parts) {
  /** What this page calls the pictures that were put on a board here. */
  const namesByHash = new Map<FileHash, string>()

  const corner = (): Point => {
    const { left, top } = surface()?.getBoundingClientRect() ?? { left: 0, top: 0 }
    return { x: left, y: top }
  }

  /** The code for files, or null while it cannot be fetched. */
  async function load(): Promise<Files | null> {
    try {
      return await import('./io/files.ts')
    } catch {
      // No network, or a server that is newer than this page: the next try asks again.
      return null
    }
  }

  /** Lets a board know what this device keeps. The code for that may have to be fetched. */
  async function follow(board: Opened): Promise<void> {
    while (opened() === board) {
      const kept = await files.ready().catch(() => null)
      if (opened() !== board) return
      if (kept !== null) {
        board.pictures.follow(kept)
        return
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }

  /** Puts files on the board: at a place of the page, or in the middle of what is seen. Null: nothing can be read now. */
  async function take(list: readonly File[], at: Point | null): Promise<Taken | null> {
    const board = opened()
    const code = await load()
    if (code === null || board === null) return null
    const { x, y } = corner()
    const where = at === null ? null : board.editor.toBoard({ x: at.x - x, y: at.y - y })
    const keep = async (hash: FileHash, blob: Blob, name: string): Promise<void> => {
      const kept = await files.ready()
      namesByHash.set(hash, name)
      kept.pin(hash)
      await kept.add(hash, blob)
    }
    const keeper = { isOpen: () => opened() === board, prepare: preparePicture, keep }
    // What prepares pictures may have to be fetched too.
    return code.takeFiles(board.editor, list, where, keeper).catch(() => null)
  }

  /** What is chosen, or all of the sheet. Null where the browser cannot paint it. */
  async function exported(
    code: Files,
    format: ExportFormat,
    wish: ExportWish,
  ): ReturnType<Files['exportFile']> {
    const [board, host] = [opened(), surface()]
    if (board === null || host === null) return null
    const { load: loadPicture } = pictureWorld(files.sources())
    return code.exportFile(board.editor, host, { format, wish, load: loadPicture })
  }

  /** What is chosen, or all of the sheet, as a PDF; or sheets. May reject where there is too much for this device. */
  async function printed(wish: PrintWish): ReturnType<Printing['printBoard']> {
    const [board, host] = [opened(), surface()]
    const code = await import('./io/export-pdf.ts').catch(() => null)
    if (code === null) return 'not-loaded'
    if (board === null || host === null) return 'nothing'
    const { load: loadPicture } = pictureWorld(files.sources())
    return code.printBoard({ ...board, host, load: loadPicture }, wish)
  }

  /** What this person keeps of drawings here, until disposed. Null while it cannot be fetched. */
  async function library(): Promise<Library | null> {
    const [board, host] = [opened(), surface()]
    const code = await import('./io/library.ts').catch(() => null)
    if (code === null || board === null || host === null) return null
    return code.openLibrary(board.session.personId, { host, editor: () => opened()?.editor ?? null })
  }

  /** Where the pointer is on the page, if it is over the board. */
  function pointer(): Point | null {
    const at = opened()?.editor.pointer ?? null
    const { x, y } = corner()
    return at === null ? null : { x: at.x + x, y: at.y + y }
  }

  /** Takes a picture that cannot be brought off the board again, in one action. */
  async function giveUpPicture(hash: FileHash): Promise<void> {
    const board = opened()
    if (board === null) return
    board.editor.erase(new Set(board.pictures.shapesOf(hash).map(({ id }) => id)))
    const kept = await files.ready().catch(() => null)
    kept?.giveUp(hash)
  }

  return {
    load,
    follow,
    take,
    exported,
    printed,
    library,
    pointer,
    giveUpPicture,
    nameOfPicture: (hash: FileHash): string => namesByHash.get(hash) ?? '',
  }
}
