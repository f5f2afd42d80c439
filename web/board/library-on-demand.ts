/** The library beside the board: its code and words are fetched when it is opened first. */
import { shallowRef, type Component } from 'vue'
import { loadWords, useI18n } from '../i18n.ts'
import { toast } from '../ui/toast.ts'

export function useLibrary() {
  const { t } = useI18n()
  /** Null while it is closed. */
  const panel = shallowRef<Component | null>(null)
  /** Libraries that are opened in it. */
  const files = shallowRef<readonly File[]>([])

  async function open(these: readonly File[]): Promise<void> {
    try {
      const [{ default: loaded }] = await Promise.all([import('./BoardLibrary.vue'), loadWords(['library'])])
      files.value = these
      panel.value = loaded
    } catch {
      // No network, or a server that is newer than this page: the next try asks again.
      toast(t('board.files.faults.not-loaded'), { tone: 'bad', durationMs: 8_000 })
    }
  }

  function close(): void {
    panel.value = null
  }

  return { panel, files, open, close }
}
