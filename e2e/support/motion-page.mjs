import { Motion } from '@zoetrope/client/react';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

/** What a customer's page would do, bundled by the test that opens it. */
globalThis.mount = (props) =>
  createRoot(document.getElementById('root')).render(createElement(Motion, props));
