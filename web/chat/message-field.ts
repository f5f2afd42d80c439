/** The field a message is written in: Enter submits it but on touch screens, Shift+Enter makes a line, and it grows. */
import { nextTick, type ShallowRef } from 'vue'
import { useMediaQuery } from '../ui/media-query.ts'

export function useMessageField(input: Readonly<ShallowRef<HTMLTextAreaElement | null>>, submit: () => void) {
  const isTouch = useMediaQuery('(pointer: coarse)')

  const onEnter = (event: KeyboardEvent): void => {
    if (event.isComposing || event.shiftKey || isTouch.value) return
    event.preventDefault()
    submit()
  }

  /** To be called after its text has changed. */
  const grow = async (): Promise<void> => {
    await nextTick()
    const area = input.value
    if (area === null) return
    area.style.blockSize = 'auto'
    area.style.blockSize = `${String(area.scrollHeight + 2)}px`
  }

  return { onEnter, grow }
}
