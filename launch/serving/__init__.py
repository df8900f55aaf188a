"""`thirdring serve`: the processes of one state folder, and what each keeps an eye on."""
