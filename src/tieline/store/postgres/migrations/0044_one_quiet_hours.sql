-- Quiet hours that the settings page kept for itself go where delivery reads them.
update workspace
set settings = (settings - 'quiet_hours') || case
    when jsonb_typeof(settings->'quiet_hours') = 'object' and not coalesce(settings->'sending' ? 'quiet_hours', false)
    then jsonb_build_object('sending', coalesce(settings->'sending', '{}') || jsonb_build_object('quiet_hours',
        jsonb_build_object('from', settings->'quiet_hours'->'begin', 'until', settings->'quiet_hours'->'end')))
    else '{}' end
where settings ? 'quiet_hours';
