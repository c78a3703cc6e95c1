export { writeFileAtomic } from './atomic-write.ts'
export { readBytes } from './read-bytes.ts'
