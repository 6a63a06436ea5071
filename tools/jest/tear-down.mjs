export { close as default } from './temp-folder.mjs';
