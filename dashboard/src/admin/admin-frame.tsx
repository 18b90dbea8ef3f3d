import { Navigate, NavLink, Outlet } from 'react-router';
import type { Role } from '../api/schema.generated.ts';
import { LEADS, useUser } from '../api/use-session.ts';
import classes from './admin.module.css';
import { adminTexts } from './texts.ts';

type Tab = keyof typeof adminTexts.tabs;

/** The audit trail is for administrators alone, by the API. */
const TABS: readonly (readonly [Tab, readonly Role[]])[] = [
  ['users', LEADS],
  ['clients', LEADS],
  ['policies', LEADS],
  ['queues', LEADS],
  ['audit', ['ADMIN']],
  ['health', LEADS],
];

/** The heading and the tabs, each with an address of its own. */
export function AdminFrame() {
  const { role } = useUser();
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <p className={classes.area}>{adminTexts.title}</p>
      </header>
      <nav className={classes.tabs} aria-label={adminTexts.tabsLabel}>
        {TABS.filter(([, roles]) => roles.includes(role)).map(([tab]) => (
          <NavLink key={tab} to={`/admin/${tab}`} className={classes.tab ?? ''}>
            {adminTexts.tabs[tab]}
          </NavLink>
        ))}
      </nav>
      <div className={classes.body}>
        <Outlet />
      </div>
    </div>
  );
}

export function FirstTab() {
  return <Navigate to="/admin/users" replace />;
}
