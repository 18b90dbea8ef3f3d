// What shows notices: apart, so that the first page need not wait for it (notify.ts).
export { Notifications, notifications } from '@mantine/notifications';
