/** The keys of a call, wherever its buttons are shown. */
import { useShortcuts } from '../ui/shortcuts.ts'
import { useCallStore } from './call-store.ts'
import { usePushToTalk } from './push-to-talk.ts'

export function useCallKeys(): void {
  const call = useCallStore()
  usePushToTalk()
  useShortcuts({
    m: () => {
      call.toggleMicrophone()
    },
    v: () => {
      call.toggleCamera()
    },
    'ctrl+shift+l': () => {
      call.leave()
    },
  })
}
