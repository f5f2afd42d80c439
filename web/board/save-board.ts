/** What is on the board as a file, and what is said of what came of it. */
import { useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { useBoardStore } from './board-store.ts'
import type { ExportFormat, ExportWish } from './io/export.ts'
import type { PrintWish } from './io/export-pdf.ts'

const notesMs = 8_000
/** Fetching sheets takes as long as it takes: what came of it takes this away. */
const gatheringMs = 60_000

type Saver = Readonly<{
  /** What is chosen, or all of the sheet, which has this name. */
  save(format: ExportFormat, wish: ExportWish, name: string): Promise<void>
  /** The same as a PDF; or sheets. */
  print(wish: PrintWish): Promise<void>
}>

export function useSaveBoard(): Saver {
  const { t } = useI18n()
  const board = useBoardStore()

  async function save(format: ExportFormat, wish: ExportWish, name: string): Promise<void> {
    const files = await board.loadFiles()
    const saved = files === null ? null : await board.exported(files, format, wish)
    if (saved === null) {
      toast(t(files === null ? 'board.files.faults.not-loaded' : 'board.files.not_painted'), { tone: 'bad' })
      return
    }
    download(saved.blob, name, format)
    if (saved.missingCount > 0) toast(t('board.files.missing', saved.missingCount), { durationMs: notesMs })
  }

  async function print(wish: PrintWish): Promise<void> {
    const { title, sheets } = wish
    const isDone =
      sheets === null ? null : toast(t('board.files.gathering', sheets.length), { durationMs: gatheringMs })
    const printed = await board.printed(wish).catch(() => 'not-painted' as const)
    isDone?.()
    if (typeof printed === 'string') {
      toast(t(faults[printed]), { tone: 'bad', durationMs: notesMs })
      return
    }
    download(printed.blob, title, 'pdf')
    const notes = [
      ['board.files.missing', printed.missingCount],
      ['board.files.left_out', printed.leftOutCount],
      ['board.files.unheard', printed.unheardCount],
    ] as const
    const said = notes.flatMap(([key, count]) => (count > 0 ? [t(key, count)] : []))
    if (said.length > 0) toast(said.join(' '), { durationMs: notesMs })
  }

  return { save, print }
}

const faults = {
  'not-loaded': 'board.files.faults.not-loaded',
  'not-painted': 'board.files.not_painted',
  nothing: 'board.files.nothing',
} as const

/** Names the file after what is in it. */
function download(blob: Blob, name: string, ending: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${name.replace(/[\\/:*?"<>|]/g, ' ').trim() || 'board'}.${ending}`
  link.click()
  URL.revokeObjectURL(link.href)
}
