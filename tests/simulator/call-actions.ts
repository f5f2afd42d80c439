/** What can happen in the call of a history, and what the one does who lies in it. */
import type { Action } from './actions.ts'
import type { History } from './history.ts'
import type { Mesh } from './mesh.ts'
import { playOutage } from './outage.ts'

const mesh: readonly Action[] = [
  {
    name: 'calls joined',
    weight: 12,
    run: (history) => {
      const { call, chance } = history
      const able = [...history.pages].filter(
        (page) =>
          page.isLive && history.isHere(page.member) && page.member.isLiar !== true && !call.has(page),
      )
      if (able.length === 0) return null
      const page = chance.pick(able)
      call.join(page)
      return `${history.nameOf(page)} joins the call`
    },
  },
  {
    name: 'calls left',
    weight: 1,
    run: (history) => {
      const { call, chance } = history
      const [participant] = call.honest().length === 0 ? [] : [chance.pick(call.honest())]
      if (participant === undefined) return null
      call.leave(participant.page)
      return `${history.nameOf(participant.page)} leaves the call`
    },
  },
  {
    name: 'meetings',
    weight: 4,
    isVital: true,
    run: ({ call }) => {
      call.mesh.connect()
      return ''
    },
  },
  onMesh('connections that waited', 4, (mesh) => mesh.holdOne()),
  onMesh('connections that broke', 2, (mesh) => mesh.breakOne()),
  onMesh('connections given up', 0.7, (mesh) => mesh.endOne()),
  onMesh('partitions', 2, (mesh) => mesh.partition()),
  {
    name: 'calls made whole',
    weight: 3,
    run: ({ call }) => {
      call.mesh.heal()
      return ''
    },
  },
  { name: 'outages', weight: 3, run: playOutage },
]

const lies: readonly Action[] = [
  {
    name: 'liars who came',
    weight: 14,
    run: (history) => {
      const { call } = history
      const page = [...history.pages].find(({ member, isLive }) => isLive && member.isLiar === true)
      if (page === undefined || call.has(page) || !history.isHere(page.member)) return null
      call.joinAsLiar(page)
      return `${history.nameOf(page)} joins the call`
    },
  },
  {
    name: 'lies',
    weight: 30,
    run: ({ call }) => call.liar?.lie() ?? null,
  },
  {
    name: 'lies told otherwise to the server',
    weight: 6,
    run: ({ call, ledger }) => {
      const { liar } = call
      if (liar === null || liar.page.member.isMute === true || liar.page.endCode !== null) return null
      const said = liar.sayOtherwise()
      if (said === null) return null
      ledger.forge(liar.page, said.key, said.text)
      return `${liar.page.member.name} tells the server of ${said.key} ‘${said.text}’`
    },
  },
  {
    name: 'liars who came anew',
    weight: 14,
    run: (history) => {
      const { liar, isLiarKnown } = history.call
      if (liar === null || !isLiarKnown || !history.pages.has(liar.page)) return null
      const { member, device } = liar.page
      history.closePage(liar.page)
      return history.openPage(member, device) === null ? null : `${member.name} opens another page`
    },
  },
]

export const callActions: readonly Action[] = [...mesh, ...lies]

function onMesh(name: string, weight: number, run: (mesh: Mesh) => boolean): Action {
  return { name, weight, run: ({ call }: History) => (run(call.mesh) ? name : null) }
}
