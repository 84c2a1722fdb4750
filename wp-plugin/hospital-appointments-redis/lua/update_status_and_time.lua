-- update_status_and_time.lua: sets an appointment's status and the time of the change in one atomic step.
--
-- This is the script as the guide prints it, for code that reads it from here and hands it to
-- get_redis_client()->eval(). WordPress talks to no Redis: the plugin recognises the script and asks the sidecar,
-- whose own script of this name does the step together with the version and the dirty mark.
--
-- KEYS[1]  appointment:{id}
-- ARGV[1]  the new status
-- ARGV[2]  unix seconds
-- returns  1, or 0 when there is no such appointment

local appointment_key = KEYS[1]
local new_status = ARGV[1]
local current_time = ARGV[2]

-- Check if the appointment key exists
if redis.call('EXISTS', appointment_key) == 0 then
    return 0 -- Appointment not found
end

-- Update the status field
redis.call('HSET', appointment_key, 'status', new_status)

-- Update the last_updated timestamp field
redis.call('HSET', appointment_key, 'last_updated_redis', current_time)

-- Mark for sync (this part would typically be handled by the client after script execution)
-- For simplicity, we'll return a success code.
return 1 -- Success
