export { createPacr } from './pacr.ts'
