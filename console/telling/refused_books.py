"""What keeps the ledger and the quality book from being read or written, as a page says it."""

from __future__ import annotations

from typing import Final

BOOKS: Final[dict[str, tuple[str, str]]] = {
    "{store}: {said}; the disk is full; make room, nothing of this was kept": (
        "磁盘已满，这一步没有存下；以前存下的都在。请让管理员腾出空间，再做一次。",
        "The disk is full and this was not kept; all that was kept before is there. Ask an"
        " administrator to make room, then do it again.",
    ),
    "{store}: {said}; another program holds it; close that program (an sqlite3 shell?) and try"
    " again": (
        "另一个程序占着{store}，这一步没有存下。请稍后再做一次；总是这样，请让管理员关掉那个程序。",
        "Another program holds the {store}, and this was not kept. Do it again in a while; if"
        " it stays so, ask an administrator to close that program.",
    ),
    "{store}: {said}; the file is damaged; move it away and restore a backup, then `ledger"
    " verify`": (
        "{store}的文件损坏了。请让管理员恢复备份。",
        "The {store}'s file is damaged. Ask an administrator to restore a backup.",
    ),
    "{store}: {said}; the disk is full; make room": (
        "磁盘已满。请让管理员腾出空间。",
        "The disk is full. Ask an administrator to make room.",
    ),
    "{store}: {said}; see that the database server runs and can be reached": (
        "数据库服务器连不上，请让管理员查看它是否在运行。",
        "The database server cannot be reached. Ask an administrator to see that it runs.",
    ),
    "{store}: {said}; the file may not be written; see to its owner and mode": (
        "{store}的文件不能写，这一步没有存下。请让管理员查看文件的所有者和权限。",
        "The {store}'s file may not be written, and this was not kept. Ask an administrator to"
        " see to its owner and mode.",
    ),
    "{store}: {said}; see that the folder exists, is on a healthy disk and may be written": (
        "{store}读写出错，这一步没有存下。请让管理员查看磁盘。",
        "The {store} cannot be read or written, and this was not kept. Ask an administrator to"
        " see to the disk.",
    ),
    "quality book: {what} was changed by another program; `thirdring verify` names all that was,"
    " restore the book from a backup": (
        "质检库里有内容被别的程序改过，不能用。请让管理员核验并恢复备份。",
        "Something in the quality book was changed by another program and cannot be used. Ask an"
        " administrator to verify it and restore a backup.",
    ),
}
"""What `ledger.opening.trouble`, `ledger.quality.opening.trouble` and
`ledger.quality.encoding.spoiled` say."""
