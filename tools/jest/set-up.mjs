export { open as default } from './temp-folder.mjs';
