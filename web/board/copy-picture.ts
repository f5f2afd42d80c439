/** What is chosen on the board, or all of the sheet, on the clipboard as a picture. */
import { useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'
import { useBoardStore } from './board-store.ts'
import type { ExportWish } from './io/export.ts'

export const copyFormats = ['png', 'svg'] as const
export type CopyFormat = (typeof copyFormats)[number]

type Fault = 'board.files.faults.not-loaded' | 'board.files.not_painted' | 'board.files.not_copied'

const svgType = 'image/svg+xml'

/** Says what came of it. A picture on the clipboard has no drawing in it: browsers take away what is not seen. */
export function useCopyPicture(): (format: CopyFormat, look: Omit<ExportWish, 'hasScene'>) => Promise<void> {
  const { t } = useI18n()
  const board = useBoardStore()
  return async (format, look) => {
    let fault: Fault = 'board.files.not_copied'
    const paint = async (): Promise<Blob> => {
      const files = await board.loadFiles()
      const picture =
        files === null ? null : await board.exported(files, format, { ...look, hasScene: false })
      if (picture !== null) return picture.blob
      fault = files === null ? 'board.files.faults.not-loaded' : 'board.files.not_painted'
      throw new Error(fault)
    }
    try {
      await navigator.clipboard.write([new ClipboardItem(contentsOf(format, paint))])
      toast(t('board.files.copied'))
    } catch {
      // No page without TLS has a clipboard, and a browser may ask the person, who may say no.
      toast(t(fault), { tone: 'bad', durationMs: 8_000 })
    }
  }
}

/**
 * Promised, not painted first: a browser may give the clipboard to a press alone, and painting takes longer. An SVG goes
 * as text too, which every browser takes, and what draws with vectors reads.
 */
function contentsOf(format: CopyFormat, paint: () => Promise<Blob>): Record<string, Promise<Blob>> {
  if (format === 'png') return { 'image/png': paint() }
  const picture = paint()
  const text = picture.then((svg) => new Blob([svg], { type: 'text/plain' }))
  return { 'text/plain': text, ...(ClipboardItem.supports(svgType) ? { [svgType]: picture } : {}) }
}
