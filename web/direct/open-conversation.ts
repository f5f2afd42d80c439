/** The conversation with some people, which begins with being asked for where there is none yet. */
import type { Router } from 'vue-router'
import { directPaths } from '#shared/direct.ts'
import type { DirectRequest, RoomResponse } from '#shared/http.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { request, wordsOf } from '../api.ts'
import { toast } from '../ui/toast.ts'

export async function conversationWith(personIds: readonly PersonId[]): Promise<RoomId> {
  const wanted: DirectRequest = { personIds: [...personIds] }
  return ((await request('POST', directPaths.direct, wanted)) as RoomResponse).room.id
}

/** Goes there. What hinders it is told. */
export async function messagePerson(router: Router, personId: PersonId): Promise<void> {
  try {
    await router.push(`/r/${await conversationWith([personId])}`)
  } catch (error) {
    toast(wordsOf(error), { tone: 'bad' })
  }
}
