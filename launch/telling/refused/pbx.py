"""What `thirdring pbx` and the Asterisk it starts refuse, in Chinese."""

from __future__ import annotations

from typing import Final

_GET_ONE: Final = (
    "install Asterisk 20 or newer (Ubuntu 24.04: apt-get install asterisk), or run this as root on"
    " Debian, where it sets up Asterisk 22 in a folder by itself (40 s, 360 MB)"
)
_GET_ONE_ZH: Final = (
    "请安装 Asterisk 20 或更新的版本（Ubuntu 24.04：apt-get install asterisk），"
    "或在 Debian 上用 root 运行，会自动在一个文件夹里装好 Asterisk 22（40 秒，360 MB）"
)

PBX: Final[dict[str, str]] = {
    "Asterisk in {folder} does not answer ({reason}); see `thirdring pbx status` and {log}": (
        "{folder} 里的 Asterisk 没有回应（{reason}）；请看 `thirdring pbx status` 和 {log}"
    ),
    f"there is no Asterisk here and only root can set one up; {_GET_ONE}": (
        f"这里没有 Asterisk，只有 root 能装；{_GET_ONE_ZH}"
    ),
    f"the Asterisk set up in {{folder}} does not run; {_GET_ONE}": (
        f"装在 {{folder}} 里的 Asterisk 运行不了；{_GET_ONE_ZH}"
    ),
    f"there is no Asterisk on this {{system}}; {_GET_ONE}": (
        f"这个 {{system}} 上没有 Asterisk；{_GET_ONE_ZH}"
    ),
    f"{{program}} failed ({{code}}): {{words}}; check the network and the disk, then try again, or"
    f" {_GET_ONE}": (
        f"{{program}} 失败（{{code}}）：{{words}}；请检查网络和磁盘后再试。还可以：{_GET_ONE_ZH}"
    ),
    "{folder} has something mounted in it; unmount it and delete the folder": (
        "{folder} 里还挂载着东西；请卸载后删除这个文件夹"
    ),
    "{option} {port}: is no port; give one from 1 to 65535": (
        "{option} {port}：不是端口；请写 1 到 65535"
    ),
    "--rtp {first}-{last}: give FIRST-LAST within 1024-65535, 4 ports or more": (
        "--rtp {first}-{last}：请写 FIRST-LAST，在 1024 到 65535 之间，至少 4 个端口"
    ),
    "--rtp {given}: write FIRST-LAST, such as 20000-20400": (
        "--rtp {given}：请写 FIRST-LAST，例如 20000-20400"
    ),
    "agents.{number}: an agent's number has 2 to 8 digits": "agents.{number}：工号是 2 到 8 位数字",
    "agents.{number}: {queue} can be no queue's name": "agents.{number}：{queue} 不能作队列名",
    "agents.{number}: a nailed-up line needs an agent of that number": (
        "agents.{number}：常通线路要有这个号码的坐席"
    ),
    "ring: cycle_s times most is {lasts} s; an agent's phone rings 1 to 400 s": (
        "ring：cycle_s 乘 most 是 {lasts} 秒；坐席话机响 1 到 400 秒"
    ),
    "--agi: give at least one HOST:PORT of a FastAGI server": (
        "--agi：请至少写一个 FastAGI 服务的 HOST:PORT"
    ),
    "--agi {given}: write HOST:PORT, such as {example}": (
        "--agi {given}：请写 HOST:PORT，例如 {example}"
    ),
    "--secret: use letters, digits, - and _ only, at most 128": (
        "--secret：只能用字母、数字、- 和 _，最多 128 个"
    ),
    "--lease {given}: give 2 to 120 seconds": "--lease {given}：请写 2 到 120 秒",
    'destinations.{name} "{dial}": the name takes small letters, digits and _; what is dialled is'
    " TECHNOLOGY/WHERE, such as PJSIP/801 or PJSIP/110@carrier": (
        'destinations.{name} "{dial}"：名字用小写字母、数字和 _；'
        "拨叫写成 TECHNOLOGY/WHERE，例如 PJSIP/801 或 PJSIP/110@carrier"
    ),
    "--state {folder}: must be absolute here": "--state {folder}：这里要写绝对路径",
    "--state {folder}: Asterisk takes no {sign} in a path; choose another": (
        "--state {folder}：Asterisk 的路径里不能有 {sign}；请换一个"
    ),
    "--state {folder}: longer than {most} bytes, too long for Asterisk's control socket; choose a"
    " shorter path": (
        "--state {folder}：超过 {most} 字节，Asterisk 的控制套接字放不下；请换短一些的路径"
    ),
    "--bind {given}: give an IPv4 address of this machine": "--bind {given}：请写本机的 IPv4 地址",
    "--callers-from {given}: give a network, 10.0.0.0/8": (
        "--callers-from {given}：请写网段，例如 10.0.0.0/8"
    ),
    "Asterisk runs in {folder} with other options: {differs}; stop it first: thirdring pbx down"
    " --state {again}": (
        "{folder} 里的 Asterisk 正以别的选项运行：{differs}；"
        "请先停掉：thirdring pbx down --state {again}"
    ),
    "Asterisk ended at once: {words}": "Asterisk 一启动就退出了：{words}",
    "Asterisk did not come up: {words}": "Asterisk 没有启动起来：{words}",
    "Asterisk (pid {pid}) does not end, not even by SIGKILL": (
        "Asterisk（进程 {pid}）停不下来，SIGKILL 也不行"
    ),
    "Asterisk must not run as root and there is no user for it; add one: useradd --system"
    " --user-group asterisk": (
        "Asterisk 不能以 root 运行，这里又没有它的用户；"
        "请添加：useradd --system --user-group asterisk"
    ),
    "this machine lets root make no mounts (a container without CAP_SYS_ADMIN?); run it with"
    " --cap-add SYS_ADMIN, or as a normal user with Asterisk installed": (
        "这台机器不让 root 挂载（没有 CAP_SYS_ADMIN 的容器？）；"
        "请加 --cap-add SYS_ADMIN 运行，或装好 Asterisk 后用普通用户运行"
    ),
    "{file}: holds no wav; the project's files are not complete": (
        "{file}：里面没有 wav；项目的文件不完整"
    ),
}
"""As `launch.telling.refused.work.WORK`."""
