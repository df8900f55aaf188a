#!/bin/sh
# Give Asterisk a root of its own, made of bind mounts, and become it.
# Run inside `unshare --mount`: nothing here is seen by the host, and it is gone with the process.
#   enter.sh ROOT NEWROOT UID:GID [rw=PATH | ro=PATH]... -- COMMAND...
# System folders come read-only from ROOT; each PATH is the host's, at the same place inside.
set -eu
root=${1%/} new=$2 owner=$3
shift 3

# User asterisk must get through the folders made here, whatever the caller's umask.
umask 022
mount -t tmpfs -o mode=755,size=16m thirdring "$new"
for name in bin sbin lib lib32 lib64 libx32 usr etc opt; do
    from=$root/$name
    if [ -L "$from" ]; then
        cp -P "$from" "$new/$name"
    elif [ -d "$from" ]; then
        mkdir "$new/$name"
        mount -o bind,ro "$from" "$new/$name"
    fi
done
mkdir -p "$new/dev/shm" "$new/run" "$new/var/tmp" "$new/tmp" "$new/proc"
chmod 1777 "$new/tmp" "$new/var/tmp" "$new/dev/shm"
for name in null zero full random urandom; do
    : > "$new/dev/$name"
    mount --bind "/dev/$name" "$new/dev/$name"
done
for name in hosts localtime resolv.conf; do
    to=$(readlink -f "$new/etc/$name") || continue
    if [ -e "/etc/$name" ] && [ -f "$to" ]; then
        mount -o bind,ro "/etc/$name" "$to"
    fi
done
while [ "$1" != "--" ]; do
    path=${1#*=}
    mkdir -p "$new$path"
    case $1 in
        ro=*) mount -o bind,ro "$path" "$new$path" ;;
        rw=*) mount --bind "$path" "$new$path" ;;
    esac
    shift
done
shift

# The group of the monitor folder may read and delete what Asterisk records; nobody else.
umask 007
cd /
exec chroot --userspec="$owner" --groups= "$new" "$@"
