/**
 * What a page of chat takes before the next begins, and what one person may say at once: the limits of limits.ts.
 *
 * They are arguments of those who keep them, so that a history of a few messages can have many pages. Pure.
 */
import {
  messagesBurstMax,
  messagesPerSecondMax,
  pageMessagesMax,
  pageSizeMax,
  pageStructsMax,
} from '../limits.ts'

export type PageLimits = Readonly<{ messagesMax: number; sizeMax: number; structsMax: number }>

/** Of one person in one room. */
export type SpeechLimits = Readonly<{ burstMax: number; perSecondMax: number }>

export type ChatLimits = Readonly<{ page: PageLimits; speech: SpeechLimits }>

export const chatLimits: ChatLimits = {
  page: { messagesMax: pageMessagesMax, sizeMax: pageSizeMax, structsMax: pageStructsMax },
  speech: { burstMax: messagesBurstMax, perSecondMax: messagesPerSecondMax },
}
