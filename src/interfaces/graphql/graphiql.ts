import type { GraphiqlTab } from './graphiql-tabs.ts';

/**
 * What runs in the browser beside GraphiQL: starts it, sends queries over HTTP and subscriptions over the WebSocket, with
 * the headers of the tab on both, and keeps the token of the last sign-in in memory. Plain JavaScript for the page.
 */
const BOOT = `'use strict';
(() => {
  const settings = JSON.parse(document.getElementById('settings').textContent);
  const endpoint = new URL('graphql', new URL('.', location.href)).toString();
  const workers = { editorWorkerService: 'editor.js', json: 'json.js', graphql: 'graphql.js' };
  self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_id, label) => 'graphiql/' + workers[label] };

  let token = null;
  const keepToken = (result) => {
    for (const name of ['login', 'refresh']) {
      const fresh = result && result.data && result.data[name] && result.data[name].accessToken;
      if (fresh) token = fresh;
    }
    return result;
  };
  const authorizationIn = (headers) => {
    const name = Object.keys(headers).find((key) => key.toLowerCase() === 'authorization');
    return (name && headers[name]) || (token && 'Bearer ' + token) || undefined;
  };

  const overHttp = async (params, headers) => {
    const authorization = authorizationIn(headers);
    const all = new Headers(headers);
    all.set('content-type', 'application/json');
    if (authorization) all.set('authorization', authorization);
    const response = await fetch(endpoint, { method: 'POST', headers: all, body: JSON.stringify(params) });
    return keepToken(await response.json());
  };

  const overSocket = (params, headers) => {
    const socket = new WebSocket(endpoint.replace(/^http/, 'ws'), 'graphql-transport-ws');
    const waiting = [];
    const arrived = [];
    const settle = (event) => (waiting.length > 0 ? waiting.shift()(event) : arrived.push(event));
    const say = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
    socket.onopen = () => say({ type: 'connection_init', payload: { authorization: authorizationIn(headers) } });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: params });
      if (message.type === 'ping') say({ type: 'pong' });
      if (message.type === 'next') settle({ value: message.payload });
      if (message.type === 'error') settle({ error: { errors: message.payload } });
      if (message.type === 'error' || message.type === 'complete') socket.close(1000);
    };
    socket.onclose = ({ code, reason }) => {
      settle(code === 1000 ? { done: true } : { error: new Error('The WebSocket closed with ' + code + ': ' + reason) });
      settle({ done: true });
    };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        const event = arrived.length > 0 ? arrived.shift() : await new Promise((resolve) => waiting.push(resolve));
        if (event.error) throw event.error;
        return event.done ? { done: true, value: undefined } : { done: false, value: event.value };
      },
      async return() {
        say({ id: '1', type: 'complete' });
        socket.close(1000);
        return { done: true, value: undefined };
      },
    };
  };

  const isSubscription = (params, document) => {
    const operations = document ? document.definitions.filter((node) => node.kind === 'OperationDefinition') : [];
    const chosen = operations.length === 1 ? operations[0] : operations.find((node) => node.name && node.name.value === params.operationName);
    return chosen ? chosen.operation === 'subscription' : /^\\s*subscription\\b/m.test(params.query);
  };
  const fetcher = (params, options = {}) => {
    const headers = options.headers || {};
    return isSubscription(params, options.documentAST) ? overSocket(params, headers) : overHttp(params, headers);
  };

  YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
    title: settings.title,
    logo: '<svg viewBox="0 0 24 24" width="24" height="24"><circle cx="12" cy="12" r="10" fill="none" stroke="#e10098" stroke-width="2"/><path d="M12 6v6l4 3" fill="none" stroke="#e10098" stroke-width="2"/></svg>',
    fetcher,
    defaultTabs: settings.tabs,
    // Not into the address bar: a query may hold a password.
    onEditQuery: () => {},
  });
})();
`;

/** The files that GraphiQL consists of: name below `/graphiql/`, type and content. All from the package, none from elsewhere. */
export interface GraphiqlFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** Loads GraphiQL's files, some 9 MB: only once somebody opens it. */
export async function loadGraphiqlFiles(): Promise<readonly GraphiqlFile[]> {
  const { js, css, editorWorkerService, jsonWorker, graphqlWorker } = await import(
    '@graphql-yoga/render-graphiql/graphiql'
  );
  const script = 'text/javascript; charset=utf-8';
  return [
    { name: 'graphiql.js', type: script, content: js },
    { name: 'graphiql.css', type: 'text/css; charset=utf-8', content: css },
    { name: 'boot.js', type: script, content: BOOT },
    { name: 'editor.js', type: script, content: editorWorkerService },
    { name: 'json.js', type: script, content: jsonWorker },
    { name: 'graphql.js', type: script, content: graphqlWorker },
  ];
}

/** The page at `/graphiql`. */
export function graphiqlPage(title: string, tabs: readonly GraphiqlTab[]): string {
  // "<" could end the element that the settings stand in.
  const settings = JSON.stringify({ title, tabs }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: GraphiQL</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="graphiql/graphiql.css">
<style>html, body, #root { height: 100%; margin: 0; }</style>
</head>
<body class="no-focus-outline">
<noscript>GraphiQL needs JavaScript.</noscript>
<div id="root"></div>
<script type="application/json" id="settings">${settings}</script>
<script src="graphiql/graphiql.js"></script>
<script src="graphiql/boot.js"></script>
</body>
</html>
`;
}
