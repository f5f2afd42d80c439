/** Fresh ids: 128 bits of chance, so that none can be guessed. */
import { randomBytes } from 'node:crypto'
import { idFromBytes, idSizeBytes, type InviteToken, type PersonId, type RoomId } from '#shared/ids.ts'

export const newPersonId = () => idFromBytes(randomBytes(idSizeBytes)) as PersonId
export const newRoomId = () => idFromBytes(randomBytes(idSizeBytes)) as RoomId
export const newInviteToken = () => idFromBytes(randomBytes(idSizeBytes)) as InviteToken
