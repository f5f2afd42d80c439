/** How this device looks at a call: its layout, what is pinned, whose turn it is. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import { announce } from '../ui/announce.ts'
import { nobodysTurn, takeTurns } from './active-speaker.ts'
import { useCallStore } from './call-store.ts'
import { orderStage, screensInOrder, type ItemId, type StageMode, type StageOrder } from './stage-order.ts'

const modeKey = 'call-layout'
/** How soon it is looked again whose turn it is. */
const lookMs = 200

export const useCallViewStore = defineStore('call-view', () => {
  const { t } = useI18n()
  const call = useCallStore()
  const mode = shallowRef<StageMode>(recall(modeKey) === 'speaker' ? 'speaker' : 'grid')
  const pinnedId = shallowRef<ItemId | null>(null)
  const turn = shallowRef(nobodysTurn)
  const screenIds = shallowRef<readonly ItemId[]>([])
  const areStatsOpen = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  const participants = computed(() => call.snapshot?.participants ?? [])
  const orderFor = (isForOthers: boolean): StageOrder =>
    orderStage(participants.value, {
      mode: mode.value,
      pinnedId: pinnedId.value,
      speakerId: turn.value.speakerId,
      screenIds: screenIds.value,
      isForOthers,
    })
  const order = computed(() => orderFor(false))

  function look(): void {
    clearTimeout(timer)
    const others = participants.value.filter(({ isSelf }) => !isSelf)
    const present = others.map(({ clientId }) => clientId)
    const speaking = others.filter(({ isSpeaking }) => isSpeaking).map(({ clientId }) => clientId)
    turn.value = takeTurns(turn.value, present, speaking, performance.now())
    if (turn.value.next !== null) timer = setTimeout(look, lookMs)
  }

  watch(
    participants,
    (now) => {
      if (now.length === 0) {
        pinnedId.value = null
        areStatsOpen.value = false
      }
      screenIds.value = screensInOrder(screenIds.value, now)
      look()
    },
    { immediate: true },
  )

  function toggleMode(): void {
    mode.value = mode.value === 'grid' ? 'speaker' : 'grid'
    pinnedId.value = null
    remember(modeKey, mode.value)
    announce(t(`call.layout.${mode.value}_now`))
  }

  return {
    mode,
    pinnedId,
    speakerId: computed(() => turn.value.speakerId),
    order,
    /** The same as a recording shows it. */
    recordedOrder: computed(() => orderFor(true)),
    toggleMode,
    areStatsOpen,
    openStats: () => (areStatsOpen.value = true),
    toggleStats: () => (areStatsOpen.value = !areStatsOpen.value),
    togglePin: (id: ItemId) => (pinnedId.value = pinnedId.value === id ? null : id),
  }
})
