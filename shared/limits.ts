/**
 * Every limit, with its unit and its reason. Nothing that comes from outside is without one.
 */

// ── Names and accounts ────────────────────────────────────────────────────────────────────────
/** Characters (code points) of a person's name. */
export const nameLengthMax = 64
/** Characters (code points) of a room's title. */
export const roomTitleLengthMax = 100
/** Characters (code points) of what a room is about: one line. */
export const roomTopicLengthMax = 200
/** NIST SP 800-63B asks for at least 8; 12 without composition rules. */
export const passwordLengthMin = 12
/** Bounds the work of hashing. */
export const passwordLengthMax = 256
/** A session unused for this long ends. */
export const sessionIdleMs = 30 * 24 * 3_600_000
/** No session lives longer, used or not (H-13). */
export const sessionAbsoluteMs = 90 * 24 * 3_600_000
/** A guest is gone after a day. */
export const guestSessionMs = 24 * 3_600_000
/** Password hashes computed at once, and waiting; one more is told to come back (H-09). */
export const passwordHashesRunningMax = 2
export const passwordHashesQueuedMax = 32
/** Who may wait at the door of one room at the same time: more cannot be looked through (CA16). */
export const knocksWaitingMax = 32
/** New knocks from one address in ten minutes, and what one that is refused counts for beside itself. */
export const knocksPerTenMinutesMax = 30
export const knockRefusedCost = 5
/** How long one request of whoever knocks waits for news. */
export const knockWaitMs = 10_000
/** Whoever has not asked again by then has gone away. */
export const knockGraceMs = 8_000
/** How long the answer to a knock is remembered: a page may not have got it. */
export const knockAnswerLifeMs = 60_000
/** Longest life of an invite link. */
export const inviteLifeMs = 7 * 24 * 3_600_000
/** Rooms one person may create in a day: a runaway script must not fill the disk. */
export const roomsPerPersonPerDayMax = 100
/** Invite links one person may make in a day, for the same reason. */
export const invitesPerPersonPerDayMax = 200
/** People of one conversation: more want a room with a name. */
export const directPeopleMax = 8
export const directOthersMax = 7
/** People in the list of those one may write to. */
export const acquaintancesListedMax = 1_000
/** Rooms in one list: more cannot be looked through. */
export const roomsListedMax = 200

// ── HTTP ──────────────────────────────────────────────────────────────────────────────────────
/** Bytes of a JSON request body. */
export const requestBodySizeMax = 64 * 1024
/** Bytes of all request headers together (W-17). */
export const requestHeadersSizeMax = 8 * 1024
/** Characters of a request's URL (W-17). */
export const requestUrlLengthMax = 2_048
/** A client that has not finished its headers by then is cut off (W-14). */
export const requestHeadersTimeoutMs = 8_000

// ── Reports ───────────────────────────────────────────────────────────────────────────────────
/** Characters of why a message was reported, and of the message as it is listed with it. */
export const reportReasonLengthMax = 500
export const reportTextLengthMax = 300
/** Messages that one person has reported in a room and nobody has looked at yet. */
export const reportsPerPersonMax = 50
export const reportsListedMax = 200

// ── News ──────────────────────────────────────────────────────────────────────────────────────
/** Pages of one person that are told of news; each browser needs one. */
export const newsReadersMax = 16
/** Events that wait for a page that does not read them before it is let go. */
export const newsWaitingMax = 64
/** A page that is told nothing hears this often that the line is still there. */
export const newsBeatMs = 25_000
/** Browsers of one person that are told without a page; the oldest gives way. */
export const pushesPerPersonMax = 10
/** Push messages that wait to be sent, to all. */
export const pushesWaitingMax = 1_000
/** Characters of a message that its news shows. */
export const newsTextLengthMax = 160

// ── The socket ────────────────────────────────────────────────────────────────────────────────
/** Bytes of one frame (W-06): an imported board travels in several. */
export const frameSizeMax = 1024 * 1024
/** Bytes of one frame before the first document is open (W-06). */
export const frameSizeBeforeAuthMax = 64 * 1024
/** A socket that has opened no document by then is closed. */
export const authTimeoutMs = 5_000
/** Sockets that have not opened a document yet, over all addresses (W-20). */
export const socketsUnauthenticatedMax = 400
/** Sockets from one address (W-21): a school behind one NAT fits. */
export const socketsPerAddressMax = 256
/** Documents open on one socket (W-27). */
export const documentsPerSocketMax = 16
/** Bytes waiting to be read by one slow client before it is cut off (W-23). */
export const socketBufferSizeMax = 8 * 1024 * 1024
/** Bytes waiting in all sockets together before the slowest are cut off (W-24): a few of the largest boards. */
export const socketBuffersSizeMax = 12 * socketBufferSizeMax
/** A quiet client is asked for a sign of life this often … */
export const pingIntervalMs = 10_000
/** … and cut off when none came for this long (A-07, W-22). */
export const pingTimeoutMs = 35_000
/** Frames a socket may send at once, then per second (W-28): honest drawing at 60 Hz passes. */
export const framesBurstMax = 800
export const framesPerSecondMax = 200
/** SyncStep1 requests a socket may make in ten seconds per document (W-25). */
export const syncRequestsPerTenSecondsMax = 6
/** Bytes of a state vector (W-26). */
export const stateVectorSizeMax = 16 * 1024

// ── Documents ─────────────────────────────────────────────────────────────────────────────────
/** Bytes of one update. */
export const updateSizeMax = 256 * 1024
/** Structs and delete ranges in one update. */
export const updateStructsMax = 600
/** Changes a page may bring at once to what it may only read, then per second: it may not have heard yet (BO5). */
export const leftOutBurstMax = 120
export const leftOutPerSecondMax = 2
/** Clients of one seat in one update. */
export const updateClientsMax = 64
/** Rows of a document's log since its snapshot, and their bytes: more make a new one, or opening takes too long. */
export const rowsSinceSnapshotMax = 1_000
export const rowsSinceSnapshotSizeMax = 1024 * 1024
/** Fewer are not worth a snapshot when the last reader leaves. */
export const rowsSinceSnapshotWorthMin = 64
/** Text deleted in a chat has left the disk this long after, give or take the time it takes. */
export const forgetDelayMs = 5_000
/** Between two snapshots everybody else has their turn. */
export const snapshotPauseMs = 20
/** Bytes of the file that is given up when the disk is full: what to make room with. */
export const ballastSize = 4 * 1024 * 1024
/** It is put back once this many bytes are free. */
export const ballastFreeSizeMin = 4 * ballastSize
/** After a full disk, documents can be saved again once this many bytes are free: a few large turns. */
export const roomSizeMin = 1024 * 1024
/** Backups made before updates of the database that are kept. */
export const updateBackupsMax = 3
/** A snapshot that failed is tried again this much later. */
export const snapshotRetryMs = 60_000

// ── Presence ──────────────────────────────────────────────────────────────────────────────────
/** Bytes of one peer's presence, as JSON. */
export const presenceSizeMax = 8 * 1024
/** Bytes of it while call signals are in it. */
export const presenceSignallingSizeMax = 64 * 1024
/** Presence frames a peer may send at once, then per second. */
export const presenceBurstMax = 60
export const presencePerSecondMax = 30
/** Reactions a peer may show in a call at once, then per second; one more is not shown. */
export const callReactionsBurstMax = 5
export const callReactionsPerSecondMax = 1
/** Bytes of one live board frame, and how many a peer may send at once, then per second. */
export const liveFrameSizeMax = 8 * 1024
export const liveFramesBurstMax = 90
export const liveFramesPerSecondMax = 60

// ── Chat ──────────────────────────────────────────────────────────────────────────────────────
/** UTF-16 code units of a message. */
export const messageLengthMax = 4_000
/** How far ahead of all known order a message may claim to be (CH3). */
export const orderJumpMax = 1_000_000
/** A message that arrives this much later than it could have is ordered at the end (CH3). */
export const lateWindowMs = 30_000
/** People mentioned in one message. */
export const mentionsMax = 50
/** Different reactions of one person to one message. */
export const reactionsPerMessageMax = 8
/** UTF-16 code units of one reaction: families and flags are long. */
export const reactionLengthMax = 32
/** Messages a page takes before the next begins: 73 kB, read in 3 ms. Joining a room costs no more than this. */
export const pageMessagesMax = 512
/** Bytes of a page before the next begins. */
export const pageSizeMax = 256 * 1024
/** Structs of a page before the next begins: many edits must not keep a page small and slow. */
export const pageStructsMax = 4_096
/** A page takes no edits and reactions beyond this size and number of structs; deletions always. */
export const sealedPageSizeMax = 2 * 1024 * 1024
export const sealedPageStructsMax = 8_192
/** Messages one person may say in a room at once, as after a day offline, then per second. */
export const messagesBurstMax = 128
export const messagesPerSecondMax = 2
/** Messages of one socket that may come too late at once, then per second; each stays in the log as an empty place. */
export const voidsBurstMax = 1_024
export const voidsPerSecondMax = 16
/** Exports that run at once, of different people: each reads as fast as it is taken. */
export const exportsAtOnceMax = 4
/** Messages in one answer of a search. */
export const searchHitsMax = 50
/** UTF-16 code units of what is searched for, and words of it. */
export const searchLengthMax = 200
export const searchWordsMax = 16
/** Pinned messages of a room: more cannot be looked through (CH14). */
export const pinsMax = 50
/** Characters (code points) of a pinned message in the list of them: everybody who enters the room gets it. */
export const pinTextLengthMax = 160
/** Pages that are named of those with replies of a thread: a long one in a busy room is on many (CH16). */
export const threadPagesMax = 128
/** Who wrote in a thread last, as named at its root. */
export const threadSeatsMax = 3

// ── Files ─────────────────────────────────────────────────────────────────────────────────────
/** Files of one message. */
export const filesPerMessageMax = 10
/** UTF-16 code units of a file's name, and of its type. */
export const fileNameLengthMax = 160
export const fileTypeLengthMax = 80
/** Pixels of a picture that is shown in place: unpacked it takes four bytes for each (U-02). */
export const imagePixelsMax = 50_000_000
/** Bytes of one piece of a file on its way to the server. */
export const filePieceSizeMax = 4 * 1024 * 1024
/** Files that one person may have half brought to a room. */
export const uploadsPerPersonMax = 40
/** What was brought only in part is thrown away after this long … */
export const uploadLifeMs = 24 * 3_600_000
/** … and a file that nothing refers to any more, after this long: an erasure can be taken back. */
export const fileGraceMs = 7 * 24 * 3_600_000
/** Bytes that files leave free on the disk, for what is said and drawn. */
export const filesFreeSizeMin = 64 * 1024 * 1024
/** Times one person may ask to bring something in a minute. */
export const uploadRequestsPerMinuteMax = 600

// ── Board ─────────────────────────────────────────────────────────────────────────────────────
/** Points of one stroke: over ten minutes of steady drawing. */
export const strokePointsMax = 40_000
/** Bytes of one shape's row. */
export const shapeSizeMax = 128 * 1024
/** UTF-16 code units that one page writes into the text of one shape. */
export const boardTextLengthMax = 10_000
/** Sheets of a room (BO11). */
export const sheetsMax = 64
/** Bytes of a whole sheet: a phone must be able to open it. It is full then, and takes nothing more in (Y-26) … */
export const boardSizeMax = 20 * 1024 * 1024
/** … and whoever runs the server is warned at this many. */
export const boardSizeLarge = boardSizeMax / 2

/** Pictures that one action puts on a board. */
export const picturesAtOnceMax = 50
/** UTF-16 code units of a file that is read onto a board, those of the pictures in it, and elements of it (BO12). */
export const importSizeMax = 8 * 1024 * 1024
export const importPicturesSizeMax = 56 * 1024 * 1024
export const importShapesMax = 10_000
/** Drawings that a person keeps on one device to put them on boards (BO15). */
export const libraryItemsMax = 500

// ── Members ───────────────────────────────────────────────────────────────────────────────────
/** Decisions that are kept of a room, and shown (RO10). */
export const decisionsKeptMax = 1_000
export const decisionsListedMax = 100

// ── Call ──────────────────────────────────────────────────────────────────────────────────────
/** A mesh sends one copy to each: more people than this need a relay. */
export const callParticipantsMax = 8
/** Credentials of a relay end this long after they were given (T-05). */
export const turnCredentialLifeMs = 10 * 60_000
/** How often in a minute one person may ask for them: each page does so every few minutes. */
export const iceAnswersPerMinuteMax = 30
/** Bytes of one signalling slot (S-02). */
export const signalSlotSizeMax = 16 * 1024
