/** A tab of GraphiQL as it opens for the first time. */
export interface GraphiqlTab {
  readonly query: string;
}

/** Email and password stand in the query itself: GraphiQL does not fill in the variables of its first tab. */
const signIn = (
  email: string,
  password: string,
) => `# 1. Sign in: press the play button${password === '' ? ' once the password is filled in' : ''}.
#
# This page then sends the access token that it got with everything
# from every tab, over HTTP and WebSocket, until you close it or the
# token expires (then press play here again). To act as somebody
# else, write a header into the tab "Headers":
# { "authorization": "Bearer <accessToken>" }
mutation SignIn {
  login(email: ${JSON.stringify(email)}, password: ${JSON.stringify(password)}) {
    accessToken
    accessTokenExpiresAt
    user {
      name
      role
    }
  }
}
`;

const FIRST_LOOK = `# 2. A first look. Sign in first (first tab).
query FirstLook {
  me {
    name
    role
  }
  tickets(first: 5) {
    totalCount
    nodes {
      reference
      title
      status
      client {
        name
        tier
      }
      sla {
        state
        dueAt
        remainingSeconds
      }
    }
  }
}
`;

const LIVE_ALERTS = `# 3. Live: press play and leave it running. Alerts appear as promises are about to break and as they break.
# Sign in first (first tab). Without a signed-in user the socket closes with 4401.
subscription LiveAlerts {
  slaAlerts {
    kind
    tier
    dueAt
    detectedAt
    escalationLevel
    ticket {
      reference
      title
      status
    }
  }
}
`;

const BUSINESS_HOURS = `# 4. Another promise for normal clients: eight hours of working time, and a level more for each hour that nobody acknowledges.
# Sign in first (first tab). Press play and their open tickets move to it; "slaPolicies" tells what was before.
mutation BusinessHours {
  setSlaPolicy(
    input: {
      tier: NORMAL
      resolutionMinutes: 480
      breachAction: NOTIFY_SUPERVISOR
      escalateEveryMinutes: 60
      maxEscalationLevel: 3
      calendar: {
        timeZone: "Europe/Berlin"
        intervals: [
          { weekday: 1, start: "09:00", end: "12:30" }
          { weekday: 1, start: "13:00", end: "17:00" }
          { weekday: 2, start: "09:00", end: "17:00" }
          { weekday: 3, start: "09:00", end: "17:00" }
          { weekday: 4, start: "09:00", end: "17:00" }
          { weekday: 5, start: "09:00", end: "15:00" }
        ]
        holidays: ["2026-12-25", "2027-01-01"]
      }
    }
  ) {
    version
    updatedAt
  }
}
`;

/** What GraphiQL shows at first: sign in, a query, a subscription, a policy. `firstUser` fills in the sign-in, for local use. */
export function graphiqlTabs(
  firstUser: { readonly email: string; readonly password: string } | null,
): readonly GraphiqlTab[] {
  const { email, password } = firstUser ?? { email: '', password: '' };
  return [{ query: signIn(email, password) }, { query: FIRST_LOOK }, { query: LIVE_ALERTS }, { query: BUSINESS_HOURS }];
}
