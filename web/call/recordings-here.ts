/** The recordings of calls that this device keeps, for whoever signs out. */
export { countUnsaved as countUnsavedRecordings, dropAll as dropRecordings } from './engine/recording/kept.ts'
