/** Files that somebody gives to the board, and what is said of them: one sentence for each that is not on it. */
import { useI18n } from '../i18n.ts'
import { announce } from '../ui/announce.ts'
import { toast } from '../ui/toast.ts'
import { useBoardStore } from './board-store.ts'
import type { DrawingOutcome, Taken } from './io/files.ts'

/** Files that are named; the others are counted. */
const namedMax = 3
const faultMs = 8_000
const notesMs = 12_000

type PagePlace = Readonly<{ x: number; y: number }>

/** Puts them at a place of the page, or in the middle of what is seen. */
export function useTakeFiles(): (files: readonly File[], at: PagePlace | null) => Promise<void> {
  const { t } = useI18n()
  const board = useBoardStore()
  return async (files, at) => {
    const taken = await board.take(files, at)
    if (taken === null) toast(t('board.files.faults.not-loaded'), { tone: 'bad', durationMs: faultMs })
    else say(taken)
  }

  function say({ placedCount, refused, drawings, fault }: Taken): void {
    for (const drawing of drawings) sayDrawing(drawing)
    if (placedCount > 0) announce(t('board.pictures.placed', placedCount))
    if (fault !== null) {
      toast(t(`board.files.faults.${fault}`), { tone: 'bad', durationMs: faultMs })
      return
    }
    if (refused.length === 0) return
    const named = refused.slice(0, namedMax)
    const sentences = named.map((one) => t(`board.pictures.faults.${one.fault}`, { name: one.name }))
    const restCount = refused.length - named.length
    const rest = restCount === 0 ? [] : [t('board.pictures.more', restCount)]
    toast([...sentences, ...rest].join(' '), { tone: 'bad', durationMs: notesMs })
  }

  function sayDrawing(outcome: DrawingOutcome): void {
    if (typeof outcome === 'string') {
      toast(t(`board.files.faults.${outcome}`), { tone: 'bad', durationMs: faultMs })
      return
    }
    const left = (['images', 'unknown', 'damaged', 'simplified'] as const).filter((each) => outcome[each] > 0)
    const notes = left.map((each) => t(`board.files.left.${each}`, outcome[each]))
    const durationMs = notes.length === 0 ? 4_000 : notesMs
    toast([t('board.files.read'), ...notes].join(' '), { durationMs })
  }
}
