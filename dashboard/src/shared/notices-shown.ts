// What shows notices: apart, so that the first page need not wait for it.
export { Notifications, notifications } from '@mantine/notifications';
