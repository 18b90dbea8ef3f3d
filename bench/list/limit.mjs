// The limit: node:http, one prepared statement, JSON.stringify. It signs nobody in, and knows this one question only.
import http from 'node:http';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const TEXT = `
  SELECT t.id, t.number, t.title, t.status, t.priority, t.created_at, c.id AS client_id, c.name AS client_name, c.tier,
         u.id AS assignee_id, u.name AS assignee_name, t.sla_state, t.sla_due_at, t.sla_at_risk_at, t.sla_breached_at
    FROM tickets t JOIN clients c ON c.id = t.client_id LEFT JOIN users u ON u.id = t.assignee_id
   WHERE t.deleted_at IS NULL ORDER BY t.created_at DESC, t.id DESC LIMIT $1`;

function toNode(row) {
  return {
    id: row.id,
    reference: `TSP-${row.number}`,
    title: row.title,
    status: row.status,
    priority: row.priority,
    createdAt: row.created_at,
    client: { id: row.client_id, name: row.client_name, tier: row.tier },
    assignee: row.assignee_id ? { id: row.assignee_id, name: row.assignee_name } : null,
    sla: {
      state: row.sla_breached_at ? 'BREACHED' : row.sla_state,
      dueAt: row.sla_due_at,
      atRiskAt: row.sla_at_risk_at,
      breachedAt: row.sla_breached_at,
      remainingSeconds: Math.ceil((row.sla_due_at - Date.now()) / 1000),
    },
  };
}

async function answer(body) {
  const { first } = JSON.parse(body).variables;
  const { rows } = await pool.query({ name: 'list', text: TEXT, values: [first + 1] });
  const nodes = rows.slice(0, first).map(toNode);
  const last = rows[nodes.length - 1];
  const endCursor = last ? Buffer.from(JSON.stringify([last.created_at, last.id])).toString('base64url') : null;
  return JSON.stringify({ data: { tickets: { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor } } } });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    const text = await answer(Buffer.concat(parts).toString());
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) };
    response.writeHead(200, headers).end(text);
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
