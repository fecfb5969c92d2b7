#!/bin/sh
# The disk of one component after the other is full for a while: clean errors,
# nothing acknowledged is lost, and it goes on when there is room again.  Needs
# the right to mount (else: skipped).
. "$(dirname "$0")/../e2e/lib.sh"

mkdir "$WORK/try"
mount -t tmpfs -o size=64k none "$WORK/try" 2>/dev/null ||
    { echo 'skipped: may not mount'; exit 77; }
umount "$WORK/try"

# Before the folder is removed the disks must be gone.
leave() {
	status=$?
	set +e
	"$SCMS" down "$ENV" >/dev/null 2>&1 || true
	for component in ra la1 la2 pca eca; do
		umount "$ENV/$component/data" 2>/dev/null || true
	done
	return $status
}
trap 'leave; finish' EXIT

environment test supply_weeks=4 plv_weeks_per_fetch=2 plv_cache_pairs=6 \
    shuffle_devices=2 shuffle_count=60 shuffle_max_age_seconds=1 \
    batch_max_requests=120
python3 "$E2E/disk.py" "$@"
