-- Positions are handed out before commit, so a reader could see 7, step past it, and never see 6. A transaction therefore
-- announces, before its first insert, a lower bound of the positions it will take: a shared advisory lock whose key carries
-- the sequence's present value. What lies at or below the smallest announced bound is settled. See docs/adr/0003-event-log.md.
CREATE FUNCTION event_log_announce() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bound bigint;
BEGIN
  IF coalesce(current_setting('techsupport.announced', true), '') <> 'yes' THEN
    SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO bound FROM event_log_position_seq;
    PERFORM pg_advisory_xact_lock_shared((21584::bigint << 48) | bound);
    PERFORM set_config('techsupport.announced', 'yes', true);
  END IF;
  RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER event_log_announce BEFORE INSERT ON event_log FOR EACH STATEMENT EXECUTE FUNCTION event_log_announce();--> statement-breakpoint
-- The highest position below which no transaction can still commit an event. The sequence is read before the locks:
-- a transaction whose lock is not seen yet takes its positions after that reading, so they lie above it.
CREATE FUNCTION event_log_settled() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head bigint;
  bound bigint;
BEGIN
  SELECT CASE WHEN is_called THEN last_value ELSE 0 END INTO head FROM event_log_position_seq;
  SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) INTO bound
    FROM pg_locks
   WHERE locktype = 'advisory'
     AND objsubid = 1
     AND classid::bigint >> 16 = 21584
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
  RETURN least(head, coalesce(bound, head));
END;
$$;--> statement-breakpoint
-- What has been announced and logged stays as it was.
CREATE FUNCTION event_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'event_log is append-only';
END;
$$;--> statement-breakpoint
CREATE TRIGGER event_log_append_only BEFORE UPDATE ON event_log FOR EACH STATEMENT EXECUTE FUNCTION event_log_append_only();
--> statement-breakpoint
-- Whoever prunes old events raises the floor: a cursor below it is refused instead of skipping silently what is gone.
CREATE FUNCTION event_log_raise_floor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO projections (name, position)
  SELECT 'event_log_floor', max(position) FROM pruned HAVING max(position) IS NOT NULL
  ON CONFLICT (name) DO UPDATE SET position = greatest(projections.position, excluded.position);
  RETURN NULL;
END;
$$;--> statement-breakpoint
CREATE TRIGGER event_log_raise_floor AFTER DELETE ON event_log REFERENCING OLD TABLE AS pruned
  FOR EACH STATEMENT EXECUTE FUNCTION event_log_raise_floor();
