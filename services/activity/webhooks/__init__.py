"""Webhooks: other programs are told what happens, by signed requests to endpoints of theirs."""
